target_link_libraries(${target} PRIVATE strategos_agreement strategos_console)
