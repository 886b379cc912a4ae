# A disk that lies, shared with other tests; a folder that removes itself.
target_sources(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support/folder.c)
target_link_libraries(${target} PRIVATE strategos_disk)
target_link_libraries(${target} PRIVATE strategos_store)
