# SPDX-License-Identifier: Apache-2.0
# cordon_folder(<folder> [TEMPLATES <source>...] [LIBRARIES <target>...]) makes the library cordon_<folder> of the sources beside it, links it to the folders
# that LAYERS allows it, and its x_test.cpp files into one test program test_<folder>. UNOPTIMISED: nothing in it runs
# for each packet, so the tests' build does not spend time on optimising it. COLD: nor does it read foreign bytes, so that it
# stays under AddressSanitizer alone, which compiles in a tenth less. TEMPLATES: these sources are mostly Asio's and Beast's templates.
# Optimising doubles the minutes they take to compile, and UndefinedBehaviorSanitizer doubles them again: with sanitizers they are
# unoptimised under AddressSanitizer alone, and -O1 is enough for what is installed, since a page is not served a thousand times a second.
# A folder's sources, and its tests, are compiled several files at a time (CMake's unity build): most of what they include and
# instantiate is the same. So names in their anonymous namespaces must differ within a folder. clang-tidy reads them one by one, and
# says what shadows. APART: the sources stay alone, since each is a whole protocol or paper with the same names in it.
file(STRINGS "${CMAKE_SOURCE_DIR}/LAYERS" CORDON_LAYERS REGEX "^[a-z0-9]+:")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/LAYERS")

function(cordon_layer_edges folder result)
  foreach(line IN LISTS CORDON_LAYERS)
    if(line MATCHES "^${folder}:(.*)$")
      string(STRIP "${CMAKE_MATCH_1}" edges)
      separate_arguments(edges)
      list(TRANSFORM edges PREPEND cordon_)
      set(${result} "${edges}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "LAYERS has no line for the folder ${folder}")
endfunction()

function(cordon_together target)
  if(NOT CMAKE_CXX_CLANG_TIDY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 10)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      target_compile_options(${target} PRIVATE -Wno-subobject-linkage -Wno-shadow)  # it includes sources, not headers
    else()
      target_compile_options(${target} PRIVATE -Wno-shadow)
    endif()
  endif()
endfunction()

# cordon_scaffold_here: what the programs of this directory try or measure is elsewhere; they themselves are compiled quickly.
macro(cordon_scaffold_here)
  add_compile_options($<$<CONFIG:Debug>:-O0> $<$<CONFIG:Debug>:-g0>)
  if(CORDON_SANITIZE MATCHES "undefined" AND NOT CORDON_FUZZ)
    add_compile_options(-fno-sanitize=undefined)
  endif()
endmacro()

function(cordon_folder folder)
  cmake_parse_arguments(ARG "APART;COLD;UNOPTIMISED" "" "LIBRARIES;EXCLUDE;TEMPLATES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}" *.cpp)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "(_test|_main)\\.cpp$")
  if(ARG_EXCLUDE OR ARG_TEMPLATES)
    list(REMOVE_ITEM sources ${ARG_EXCLUDE} ${ARG_TEMPLATES})
  endif()
  cordon_layer_edges(${folder} edges)
  if(sources)
    add_library(cordon_${folder} STATIC ${sources})
    target_include_directories(cordon_${folder} PUBLIC "${CMAKE_SOURCE_DIR}/src")
    target_link_libraries(cordon_${folder} PUBLIC ${edges} ${ARG_LIBRARIES})
    if(NOT ARG_APART)
      cordon_together(cordon_${folder})
    endif()
    if(ARG_COLD OR ARG_UNOPTIMISED)
      target_compile_options(cordon_${folder} PRIVATE $<$<CONFIG:Debug>:-O0>)
    endif()
    if(ARG_COLD AND CORDON_SANITIZE MATCHES "undefined" AND NOT CORDON_FUZZ)
      target_compile_options(cordon_${folder} PRIVATE -fno-sanitize=undefined)
    endif()
    if(ARG_TEMPLATES)
      add_library(cordon_${folder}_templates OBJECT ${ARG_TEMPLATES})
      target_include_directories(cordon_${folder}_templates PRIVATE "${CMAKE_SOURCE_DIR}/src")
      target_link_libraries(cordon_${folder}_templates PRIVATE ${edges} ${ARG_LIBRARIES})
      cordon_together(cordon_${folder}_templates)
      if(CORDON_SANITIZE)
        target_compile_options(cordon_${folder}_templates PRIVATE -fno-sanitize=undefined -O0)
      else()
        target_compile_options(cordon_${folder}_templates PRIVATE $<$<CONFIG:Release>:-O1>)
      endif()
      if(CMAKE_CXX_CLANG_TIDY)  # It takes a pointer inside Asio's own coroutines for a null one.
        set_target_properties(cordon_${folder}_templates PROPERTIES CXX_CLANG_TIDY
          "${CMAKE_CXX_CLANG_TIDY};--checks=-clang-analyzer-core.NullDereference")
      endif()
      target_sources(cordon_${folder} PRIVATE $<TARGET_OBJECTS:cordon_${folder}_templates>)
    endif()
  else()
    add_library(cordon_${folder} INTERFACE)
    target_include_directories(cordon_${folder} INTERFACE "${CMAKE_SOURCE_DIR}/src")
    target_link_libraries(cordon_${folder} INTERFACE ${edges} ${ARG_LIBRARIES})
  endif()
  if(CORDON_TESTS AND tests)
    add_executable(test_${folder} ${tests})
    target_link_libraries(test_${folder} PRIVATE cordon_${folder} cordon_testing)
    cordon_together(test_${folder})
    # Optimising what the macros of gtest and rapidcheck write takes a third of a cold build and makes no test quicker; gtest names a
    # failing line itself.
    target_compile_options(test_${folder} PRIVATE $<$<CONFIG:Debug>:-O0> $<$<CONFIG:Debug>:-g0>)
    if(CORDON_SANITIZE MATCHES "undefined")
      target_compile_options(test_${folder} PRIVATE -fno-sanitize=undefined)  # what they test stays under it
    endif()
    set_target_properties(test_${folder} PROPERTIES CXX_CLANG_TIDY "")
    add_test(NAME unit.${folder} COMMAND test_${folder} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
    # What was freed is kept for 16 MiB and not for 256, and told with its eight nearest callers: the planner's tests take a quarter less.
    set_tests_properties(unit.${folder} PROPERTIES LABELS unit TIMEOUT 300 ENVIRONMENT "ASAN_OPTIONS=quarantine_size_mb=16:malloc_context_size=8")
  endif()
endfunction()
