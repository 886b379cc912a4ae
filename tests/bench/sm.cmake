target_sources(${target} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/support_games.c)
target_sources(${target} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/../unit/agreement/support_sm.c)
target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/../unit/agreement)
target_link_libraries(${target} PRIVATE strategos_ideal strategos_console)
