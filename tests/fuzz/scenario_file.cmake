target_link_libraries(${target} PRIVATE strategos_generals)
if(STRATEGOS_FUZZ)
    target_compile_options(strategos_generals PRIVATE -fsanitize=fuzzer-no-link)
endif()
