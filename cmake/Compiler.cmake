# How every file of the project is compiled: language, warnings, sanitizers, linker, ccache.

option(WHITTLE_SANITIZE "ASan and UBSan in everything but the plugin" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 22)
  message(FATAL_ERROR "Whittle is built with clang++-22 (found ${CMAKE_CXX_COMPILER_ID} "
    "${CMAKE_CXX_COMPILER_VERSION}); use a preset: cmake --preset release")
endif()

# -fPIC by hand for programs too: CMake would give them -fPIE, and then they could not share the
# libraries' precompiled header.
add_compile_options(-fPIC -fvisibility=hidden -fvisibility-inlines-hidden)
add_compile_options(-Wall -Wextra -Werror
  # LLVM's overrides name parameters that they do not use; LLVM switches this off as well.
  -Wno-unused-parameter
  # `Options{.Jobs = 2}` leaves the other fields at their defaults on purpose.
  -Wno-missing-designated-field-initializers)
add_link_options(-fuse-ld=lld -Wl,--as-needed)

# Asserts stay on in every preset: neither preset's flags define NDEBUG.

set(WHITTLE_SANITIZE_FLAGS "")
if(WHITTLE_SANITIZE)
  # vptr needs the type information of LLVM's hidden classes; function reads the bytes before a
  # function, which for JIT-compiled code may be an unmapped page.
  set(WHITTLE_SANITIZE_FLAGS -fsanitize=address,undefined -fno-sanitize=vptr,function
    -fno-sanitize-recover=undefined)
endif()

find_program(WHITTLE_CCACHE ccache)
if(WHITTLE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # pch_defines and time_macros are what ccache asks for before it caches users of a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${WHITTLE_CCACHE})
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
endif()
