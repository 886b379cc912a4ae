target_sources(${target} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/../unit/machine/support_store.c)
target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/../unit/machine)
target_link_libraries(${target} PRIVATE strategos_machine)
