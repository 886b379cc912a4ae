# World tests run whole cores; encoding belongs to their shell, and signatures are ideal ones.
target_link_libraries(${target} PRIVATE strategos_wire)
target_sources(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support/world.c
                                 ${CMAKE_CURRENT_SOURCE_DIR}/support/stage.c)
