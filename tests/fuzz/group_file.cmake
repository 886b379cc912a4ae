target_link_libraries(${target} PRIVATE strategos_config)
if(STRATEGOS_FUZZ)
    target_compile_options(strategos_config PRIVATE -fsanitize=fuzzer-no-link)
endif()
