target_sources(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support/folder.c)
if(target STREQUAL "unit_generals_play_starved")
    # Its requests for memory are refused one by one.
    target_link_options(${target} PRIVATE -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc)
endif()
