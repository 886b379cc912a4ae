# Production shells on disks in memory, with ideal signatures.
target_link_libraries(${target} PRIVATE strategos_disk strategos_ideal)
