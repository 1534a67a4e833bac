# SPDX-License-Identifier: Apache-2.0
# Warnings, sanitizers and the hardening of a release build, for every target of the project.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wswitch-enum
                    -Wnon-virtual-dtor -fno-omit-frame-pointer)
if(CORDON_WERROR)
  add_compile_options(-Werror)
endif()
if(CORDON_SANITIZE)
  add_compile_options(-fsanitize=${CORDON_SANITIZE} -fno-sanitize-recover=all)
  add_compile_definitions(CORDON_SANITIZED)
  add_link_options(-fsanitize=${CORDON_SANITIZE})
  find_program(LLD ld.lld)
  if(LLD)
    add_link_options(-fuse-ld=lld)
  endif()
  # Asio has fences, which ThreadSanitizer does not follow; its queues are locked besides, and g++ 12 makes the remark an error. With it
  # g++ 12 sees optionals without a value read where they are moved. The presets dev and tidy keep that warning.
  if(CORDON_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan -Wno-maybe-uninitialized)
  endif()
  # Checks that double the time to compile and find little: a null pointer ends in AddressSanitizer anyway. The fuzzers keep them.
  if(CORDON_SANITIZE_EXCEPT)
    add_compile_options(-fno-sanitize=${CORDON_SANITIZE_EXCEPT})
  endif()
endif()
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
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
  # g++ 12 at -O3 sees overlaps and overflows inside std::string and std::vector that are not there (its bug 105329 and kin), and
  # whoever builds for the first time would read pages of them. The presets dev and tidy keep these warnings, as errors.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    add_compile_options(-Wno-restrict -Wno-stringop-overflow -Wno-maybe-uninitialized -Wno-mismatched-new-delete)
  endif()
endif()
