# TOCSIN_SANITIZE=address,undefined (or thread, ...) instruments every target; the presets set it.
set(TOCSIN_SANITIZE "" CACHE STRING "Sanitizers to build with, as the compiler spells them")

if(TOCSIN_SANITIZE)
    # Builds in a third of the time that -O2 -g takes; lines are still named in reports.
    set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O1 -g1")
    set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1")
    add_compile_options(
        -fsanitize=${TOCSIN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${TOCSIN_SANITIZE})
    if(TOCSIN_SANITIZE MATCHES undefined)
        # It opens a pipe whenever it meets a type, and without descriptors, which many tests use up,
        # takes every object for none.
        add_compile_options(-fno-sanitize=vptr)
    endif()
endif()
