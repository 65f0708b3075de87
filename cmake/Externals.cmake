# The components from outside, each behind one `whittle_ext_<Name>` target. The folder graph knows
# them by <Name>.

# A bare `22` is refused by LLVM's version file.
find_package(LLVM 22.1 REQUIRED CONFIG)
find_package(SQLite3 REQUIRED)
find_package(Threads REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_path(WHITTLE_Z3_INCLUDE z3++.h REQUIRED)
find_library(WHITTLE_Z3_LIBRARY z3 REQUIRED)
find_path(WHITTLE_TORCH_INCLUDE torch/csrc/api/include/torch/torch.h REQUIRED)
find_library(WHITTLE_TORCH_LIBRARY torch REQUIRED)
find_library(WHITTLE_TORCH_CPU_LIBRARY torch_cpu REQUIRED)
find_library(WHITTLE_C10_LIBRARY c10 REQUIRED)
find_path(WHITTLE_CLI11_INCLUDE CLI/CLI.hpp REQUIRED)
find_path(WHITTLE_JSON_INCLUDE nlohmann/json.hpp REQUIRED)

function(whittle_external Name)
  cmake_parse_arguments(Arg "" "" "INCLUDE;LINK;DEFINE" ${ARGN})
  add_library(whittle_ext_${Name} INTERFACE)
  target_include_directories(whittle_ext_${Name} SYSTEM INTERFACE ${Arg_INCLUDE})
  target_link_libraries(whittle_ext_${Name} INTERFACE ${Arg_LINK})
  target_compile_definitions(whittle_ext_${Name} INTERFACE ${Arg_DEFINE})
endfunction()

separate_arguments(LlvmDefines NATIVE_COMMAND "${LLVM_DEFINITIONS}")
list(TRANSFORM LlvmDefines REPLACE "^-D" "")
# Only the shared library: static components beside it register LLVM's options twice.
whittle_external(LLVM INCLUDE ${LLVM_INCLUDE_DIRS} LINK LLVM DEFINE ${LlvmDefines})
whittle_external(SQLite INCLUDE ${SQLite3_INCLUDE_DIRS} LINK ${SQLite3_LIBRARIES})
whittle_external(Z3 INCLUDE ${WHITTLE_Z3_INCLUDE} LINK ${WHITTLE_Z3_LIBRARY})
# Debian's TorchConfig asks for caffe2's own dependencies; the three libraries are all we need.
whittle_external(Torch
  INCLUDE ${WHITTLE_TORCH_INCLUDE} ${WHITTLE_TORCH_INCLUDE}/torch/csrc/api/include
  LINK ${WHITTLE_TORCH_LIBRARY} ${WHITTLE_TORCH_CPU_LIBRARY} ${WHITTLE_C10_LIBRARY})
whittle_external(CLI11 INCLUDE ${WHITTLE_CLI11_INCLUDE})
whittle_external(JSON INCLUDE ${WHITTLE_JSON_INCLUDE})
whittle_external(Threads LINK Threads::Threads)

set(WHITTLE_LLVM_TOOLS "${LLVM_TOOLS_BINARY_DIR}")
