# Makes files part of the program.
#
# earshot_embed(SOURCES INPUT FUNCTION HEADER): adds to the list SOURCES a generated .cpp that defines the function
# `std::string_view FUNCTION()` with the bytes of INPUT. FUNCTION is qualified (`earshot::page_html`) and declared in HEADER.
#
# The same file, run as a script, does the work. Bytes are written as characters of an array, because compilers bound the
# length of a string literal.
if(CMAKE_SCRIPT_MODE_FILE)
  file(READ ${INPUT} bytes HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
  file(WRITE ${OUTPUT} "#include \"${HEADER}\"\n\nstd::string_view ${FUNCTION}() {\n  static constexpr char kBytes[] = {\n${bytes}\n'\\0'};\n  return {kBytes, sizeof kBytes - 1};\n}\n")
  return()
endif()

function(earshot_embed sources input function header)
  string(MAKE_C_IDENTIFIER ${function} name)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DINPUT=${input} -DOUTPUT=${output} -DHEADER=${header} -DFUNCTION=${function} -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${input} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake VERBATIM)
  set(${sources} ${${sources}} ${output} PARENT_SCOPE)
endfunction()
