target_link_libraries(${target} PRIVATE strategos_cluster strategos_console)
