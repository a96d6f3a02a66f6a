# Three functions, so that a module, a connector or a test is one short paragraph in a CMakeLists.txt.

add_library(earshot_flags INTERFACE)
target_compile_features(earshot_flags INTERFACE cxx_std_20)
target_include_directories(earshot_flags INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
# Results must not depend on the compiler's choice to fuse a multiplication and an addition.
target_compile_options(earshot_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -ffp-contract=off
  -Wno-missing-field-initializers  # we leave members out on purpose: they have defaults
  -Wno-restrict)                   # false alarms of GCC 12 on string concatenation
if(EARSHOT_WERROR)
  target_compile_options(earshot_flags INTERFACE -Werror)
endif()
if(EARSHOT_SANITIZE)
  add_compile_options(-fsanitize=${EARSHOT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    -Wno-maybe-uninitialized)  # GCC 12 raises false alarms in what a sanitizer adds
  add_link_options(-fsanitize=${EARSHOT_SANITIZE})
  if(EARSHOT_SANITIZE STREQUAL "thread")
    add_compile_options(-Wno-tsan)  # Asio has fences, which the sanitizer does not follow; what they order is behind mutexes too
  endif()
endif()

# What a program that serves for long links beside its modules. Sanitizers bring an allocator of their own.
add_library(earshot_allocator INTERFACE)
target_sources(earshot_allocator INTERFACE ${PROJECT_SOURCE_DIR}/src/base/allocator.cpp)
if(NOT EARSHOT_SANITIZE)
  target_link_libraries(earshot_allocator INTERFACE PkgConfig::JEMALLOC)
endif()

# earshot_module(NAME SOURCES … USES … LIBRARIES …): one static library of src/, named earshot::NAME. USES are the
# modules it may include (public), LIBRARIES the third-party libraries behind it (private).
function(earshot_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  add_library(earshot_${name} STATIC ${ARG_SOURCES})
  add_library(earshot::${name} ALIAS earshot_${name})
  target_link_libraries(earshot_${name} PUBLIC earshot_flags ${ARG_USES} PRIVATE ${ARG_LIBRARIES})
endfunction()

# earshot_connector(NAME [SOURCES …] [LIBRARIES …]): the library connectors/NAME/NAME.cpp with more SOURCES of its folder, and
# its test if there is one.
function(earshot_connector name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
  list(TRANSFORM ARG_SOURCES PREPEND ${name}/)
  add_library(earshot_connector_${name} STATIC ${name}/${name}.cpp ${ARG_SOURCES})
  target_link_libraries(earshot_connector_${name} PUBLIC earshot_flags earshot::event earshot::connector_support PRIVATE ${ARG_LIBRARIES})
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/${name}_test.cpp)
    earshot_test(${name}_connector_test SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/${name}/${name}_test.cpp
      USES earshot_connector_${name} LABELS unit)
  endif()
endfunction()

# earshot_test(NAME SOURCES … USES … LABELS … [ARGS …]): one program with GoogleTest's main, run by ctest as one test.
# What a test calls is optimised; the test itself is not worth the time it takes to compile.
function(earshot_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;USES;LABELS;ARGS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE earshot_flags ${ARG_USES} GTest::gtest GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  target_compile_definitions(${name} PRIVATE EARSHOT_SOURCE_DIR="${PROJECT_SOURCE_DIR}" EARSHOT_BINARY_DIR="${PROJECT_BINARY_DIR}")
  add_test(NAME ${name} COMMAND ${name} ${ARG_ARGS})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  if(EARSHOT_SANITIZE)
    math(EXPR ARG_TIMEOUT "5 * ${ARG_TIMEOUT}")
  endif()
  # Those that may take longest begin first, so that none of them is alone at the end.
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT} COST ${ARG_TIMEOUT})
endfunction()
