target_sources(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/../unit/wire/support_sample.c)
target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/../unit/wire)
target_link_libraries(${target} PRIVATE strategos_wire)
