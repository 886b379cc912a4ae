# Planted bugs (tests/mutants, and mutants/ here): the explorer is built once more around a Simplex
# that has one, and must find it. The patched file comes before the library's.
function(explore_mutant mutant)
    set(patch ${PROJECT_SOURCE_DIR}/tests/mutants/${mutant}.patch)
    if(EXISTS ${PROJECT_SOURCE_DIR}/tests/unit/explore/mutants/${mutant}.patch)
        set(patch ${PROJECT_SOURCE_DIR}/tests/unit/explore/mutants/${mutant}.patch)
    endif()
    set(tree ${CMAKE_CURRENT_BINARY_DIR}/explore/${mutant})
    set(parts simplex.c simplex_votes.c simplex_time.c)
    list(TRANSFORM parts PREPEND ${PROJECT_SOURCE_DIR}/src/agreement/ OUTPUT_VARIABLE originals)
    list(TRANSFORM parts PREPEND ${tree}/src/agreement/ OUTPUT_VARIABLE copies)
    # git would look for a repository around the folder, and then apply nothing.
    add_custom_command(OUTPUT ${copies}
        COMMAND ${CMAKE_COMMAND} -E make_directory ${tree}/src/agreement
        COMMAND ${CMAKE_COMMAND} -E copy ${originals} ${tree}/src/agreement
        COMMAND ${CMAKE_COMMAND} -E chdir ${tree} ${CMAKE_COMMAND} -E env
                GIT_CEILING_DIRECTORIES=${CMAKE_CURRENT_BINARY_DIR}/explore
                git apply -p1 --include=src/agreement/* ${patch}
        DEPENDS ${originals} ${patch} VERBATIM)
    set(program explore_mutant_${mutant})
    add_executable(${program} ${PROJECT_SOURCE_DIR}/tests/unit/explore/mutant.c ${copies})
    target_link_libraries(${program} PRIVATE strategos_explore)
    add_test(NAME unit/explore/mutant/${mutant} COMMAND ${program} ${ARGN})
    set_tests_properties(unit/explore/mutant/${mutant} PROPERTIES TIMEOUT 300 LABELS unit)
endfunction()

# Name; views, traitor, whether replicas restart; what is found, in how many states at most; how many
# of each distance from the start are followed (default: all).
if(NOT TARGET explore_mutant_two-notarize)
    explore_mutant(two-notarize                  1 1 0 two-notarize 100)
    explore_mutant(second-order-overwrites       1 1 1 stuck 300000)
    explore_mutant(finalize-after-nullify        1 1 0 nullify-and-finalize 1000)
    explore_mutant(restored-vote-unsaid          1 1 1 notarize-after-nullify 1000)
    explore_mutant(quorum-one-short              1 1 0 unfounded 1000)
    explore_mutant(weak-quorum                   1 1 0 unfounded 1000)
    explore_mutant(certificate-short             1 1 0 unfounded 1000)
    explore_mutant(certificate-unverified        1 1 0 unfounded 1000)
    explore_mutant(signer-counted-twice          1 1 0 unfounded 1000)
    explore_mutant(vote-unverified               1 1 0 unfounded 1000)
    explore_mutant(proposal-unverified           1 0 0 unproposed 1000)
    explore_mutant(finalize-without-notarization 1 1 0 unfounded 1000)
    explore_mutant(parent-not-notarized          2 2 0 unfounded 10000)
    explore_mutant(skipped-views-not-checked     2 2 0 unfounded 10000)
    explore_mutant(skipped-views-half-checked    3 3 0 unfounded 3000000 10000)
    explore_mutant(commit-on-notarization        2 1 0 decided 100000)
    explore_mutant(never-nullify                 1 1 0 stuck 10000)
    explore_mutant(certificates-not-shared       1 1 0 stuck 10000)
    add_test(NAME unit/explore/command
             COMMAND strategos-sim explore --views 1 --restarts --json --quiet)
    set_tests_properties(unit/explore/command PROPERTIES TIMEOUT 300 LABELS unit
                         PASS_REGULAR_EXPRESSION "\"holds\": true")
endif()
