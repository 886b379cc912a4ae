target_link_libraries(${target} PRIVATE strategos_prove)
