# SPDX-License-Identifier: Apache-2.0
# Warnings, sanitizers and the hardening of a release build, for every target of the project.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wswitch-enum
                    -Wnon-virtual-dtor -fno-omit-frame-pointer)
if(CORDON_WERROR)
  add_compile_options(-Werror)
endif()
if(CORDON_SANITIZE)
  add_compile_options(-fsanitize=${CORDON_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CORDON_SANITIZE})
endif()
if(CORDON_FUZZ AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-fsanitize=fuzzer-no-link)  # a fuzzer steers by the coverage of the libraries
endif()
add_compile_definitions(_GLIBCXX_ASSERTIONS)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-fstack-protector-strong -D_FORTIFY_SOURCE=2)
  add_link_options(-Wl,-z,relro,-z,now)
endif()
