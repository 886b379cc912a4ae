# A disk in memory, shared with other tests.
target_sources(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support/faulty_folder.c)
