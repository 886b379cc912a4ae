# The schema's own types are seen by two tests only, which hold what we read and write by hand to
# them.
if(target STREQUAL "unit_wire_schema" OR target STREQUAL "unit_wire_canonical")
    target_link_libraries(${target} PRIVATE strategos_schema)
endif()
