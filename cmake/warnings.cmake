# The strict warnings, as errors, for our own targets only: link tocsin-warnings privately.
add_library(tocsin-warnings INTERFACE)

set(tocsin_warnings
    -Werror
    -Wall
    -Wextra
    -Wpedantic
    -Wconversion
    -Wsign-conversion
    -Wshadow
    -Wcast-qual
    -Wformat=2
    -Wundef)
set(tocsin_warnings_cxx -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual)

target_compile_options(
    tocsin-warnings INTERFACE ${tocsin_warnings}
                              "$<$<COMPILE_LANGUAGE:CXX>:${tocsin_warnings_cxx}>")
