# Commands are encoded, and the reference is held against, by the machine itself.
target_link_libraries(${target} PRIVATE strategos_machine)
