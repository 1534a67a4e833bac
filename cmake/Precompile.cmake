# SPDX-License-Identifier: Apache-2.0
# A third of the tests' build was reading the same headers again. cordon_precompile(<target> <kind> [<option>...]) adds compile options
# to a target; with CORDON_PRECOMPILE it also gives it the headers that nearly every file includes, parsed once for each kind: a kind is
# one set of options. A file still includes what it uses: the other presets build without this, and there a missing line is an error.
option(CORDON_PRECOMPILE "Parse the headers that most files include once for all" OFF)
set(CORDON_HEADERS <algorithm> <array> <chrono> <filesystem> <functional> <map> <memory> <optional> <set> <span> <string> <string_view>
                   <unordered_map> <variant> <vector> <fmt/format.h> <nlohmann/json.hpp>)

function(cordon_precompile target kind)
  target_compile_options(${target} PRIVATE ${ARGN})
  if(NOT CORDON_PRECOMPILE OR target MATCHES "_(grammar|samba|simulate)$")  # these do not stand on base, and so not on fmt
    return()
  endif()
  set(shared cordon_headers_${kind})
  if(NOT TARGET ${shared})
    file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/${shared}.cpp" CONTENT "")
    add_library(${shared} OBJECT "${CMAKE_BINARY_DIR}/${shared}.cpp")
    target_link_libraries(${shared} PRIVATE fmt::fmt nlohmann_json::nlohmann_json)
    target_compile_options(${shared} PRIVATE ${ARGN})
    target_precompile_headers(${shared} PRIVATE ${CORDON_HEADERS})
    if(kind STREQUAL "test")
      target_link_libraries(${shared} PRIVATE cordon_testing)
      target_precompile_headers(${shared} PRIVATE <gtest/gtest.h> <rapidcheck.h>)
      set_target_properties(${shared} PROPERTIES POSITION_INDEPENDENT_CODE OFF)  # for programs, which are built so:
      target_compile_options(${shared} PRIVATE ${CMAKE_CXX_COMPILE_OPTIONS_PIE})
    endif()
  endif()
  target_precompile_headers(${target} REUSE_FROM ${shared})
endfunction()
