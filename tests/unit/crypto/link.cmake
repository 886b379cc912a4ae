# Published vectors are JSON; the key file test makes single system calls fail.
target_link_libraries(${target} PRIVATE PkgConfig::JANSSON)
if(target STREQUAL "unit_crypto_keyfile")
    target_link_options(${target} PRIVATE
        -Wl,--wrap=fchmod -Wl,--wrap=write -Wl,--wrap=fsync -Wl,--wrap=close)
endif()
