# The page holds JSON, which a reader of its own must accept.
target_link_libraries(${target} PRIVATE PkgConfig::JANSSON)
target_sources(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support/folder.c)
