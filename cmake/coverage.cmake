# TOCSIN_COVERAGE=ON lets every program count which of its lines, branches and conditions it has run; the
# preset `coverage` sets it (clang only).
option(TOCSIN_COVERAGE "Count what is run, for ./dev coverage" OFF)

if(TOCSIN_COVERAGE)
    set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O1 -g1")
    set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1")
    # Counted by several threads and processes at once, so that the counts have to be atomic.
    add_compile_options(-fprofile-instr-generate -fcoverage-mapping -fcoverage-mcdc
                        -fprofile-update=atomic)

    # What keeps the counts in files is part of each program and each library. It is compiled here and
    # now, because a target would have to be handed on, and installed, with every library; and named after
    # what is in it, because nothing else has programs linked again.
    set(keep_counts_source ${PROJECT_SOURCE_DIR}/tools/coverage/keep_counts.c)
    file(SHA1 ${keep_counts_source} state)
    set(keep_counts ${PROJECT_BINARY_DIR}/keep_counts-${state}.o)
    set(TOCSIN_COVERAGE_COUNTS ${PROJECT_BINARY_DIR}/counts)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${keep_counts_source})
    execute_process(
        COMMAND ${CMAKE_C_COMPILER} -std=c11 -O1 -fPIC -Wall -Wextra -Werror
                -DCOUNTS_FOLDER="${TOCSIN_COVERAGE_COUNTS}" -c ${keep_counts_source} -o ${keep_counts}
                COMMAND_ERROR_IS_FATAL ANY)
    add_link_options(-fprofile-instr-generate ${keep_counts}
                     -Wl,-T,${PROJECT_SOURCE_DIR}/tools/coverage/counts_on_pages.ld)
endif()
