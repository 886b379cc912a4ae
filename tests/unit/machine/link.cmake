# The registry's test loads the example plugin and some broken ones.
if(target STREQUAL "unit_machine_registry")
    set(bad_symbol BAD_SYMBOL=1)
    set(bad_abi BAD_ABI=99u)
    set(bad_name "BAD_NAME=\"two words\"")
    set(bad_apply BAD_APPLY=NULL)
    foreach(mistake symbol abi name apply)
        add_library(plugin_bad_${mistake} MODULE ${CMAKE_CURRENT_LIST_DIR}/plugins/bad.c)
        target_include_directories(plugin_bad_${mistake} PRIVATE ${PROJECT_SOURCE_DIR}/include)
        target_compile_definitions(plugin_bad_${mistake} PRIVATE ${bad_${mistake}})
        set_target_properties(plugin_bad_${mistake} PROPERTIES PREFIX "" OUTPUT_NAME bad_${mistake}
                              LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests/plugins)
        add_dependencies(${target} plugin_bad_${mistake})
    endforeach()
    add_dependencies(${target} example_bank)
    target_compile_definitions(${target} PRIVATE BANK="$<TARGET_FILE:example_bank>"
                               BAD_PLUGINS="${PROJECT_BINARY_DIR}/tests/plugins")
endif()
