# The schema's own types are seen by one test only, which holds our hand-made readers to them.
if(target STREQUAL "unit_wire_schema")
    target_link_libraries(${target} PRIVATE strategos_schema)
endif()
