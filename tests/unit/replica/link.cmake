# World tests run whole cores; encoding belongs to their shell, and signatures are ideal ones.
target_link_libraries(${target} PRIVATE strategos_wire)
file(GLOB world CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/support/world*.c)
target_sources(${target} PRIVATE ${world}
                                 ${CMAKE_CURRENT_SOURCE_DIR}/support/stage.c)
