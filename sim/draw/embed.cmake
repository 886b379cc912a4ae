# embed.cmake - turns files into C arrays:
# cmake -D OUTPUT=assets.c -D FOLDER=... -D HEADER=draw/assets.h -D FILES="a;b" -P
# page.css becomes `const unsigned char asset_page_css[]`, with a zero byte at its end.
set(code "/* Made by embed.cmake. */\n#include \"${HEADER}\"\n")
foreach(file ${FILES})
    file(READ ${FOLDER}/${file} bytes HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    string(REPEAT "." 100 line)
    string(REGEX REPLACE "(${line})" "\\1\n" bytes "${bytes}")
    string(REPLACE "." "_" name ${file})
    string(APPEND code "\nconst unsigned char asset_${name}[] = {\n${bytes}0x00};\n")
endforeach()
file(WRITE ${OUTPUT} "${code}")
