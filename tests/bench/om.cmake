target_sources(${target} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/support_games.c)
target_link_libraries(${target} PRIVATE strategos_agreement strategos_console)
