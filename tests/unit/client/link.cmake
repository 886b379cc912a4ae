# Scripted replicas run on a thread of their own; their files lie in a folder that removes itself.
target_sources(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support/folder.c)
target_link_libraries(${target} PRIVATE Threads::Threads)
if(target STREQUAL "unit_client_exports")
    add_dependencies(${target} strategos_shared)
    target_compile_definitions(${target} PRIVATE LIBSTRATEGOS="$<TARGET_FILE:strategos_shared>")
endif()
