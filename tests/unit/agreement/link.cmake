# The rules are tried on a whole core: what an order may contain is judged by the replica.
target_link_libraries(${target} PRIVATE strategos_replica strategos_wire)
file(GLOB world CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/support/world*.c)
target_sources(${target} PRIVATE ${world}
                                 ${CMAKE_CURRENT_SOURCE_DIR}/support/stage.c)
# The generals are tried with ideal signatures too.
target_link_libraries(${target} PRIVATE strategos_ideal)
