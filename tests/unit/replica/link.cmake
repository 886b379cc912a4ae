# World tests run whole cores, encode what they say and sign nothing for real.
target_link_libraries(${target} PRIVATE strategos_wire)
if(name MATCHES "^world")
    target_sources(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support/world.c)
endif()
