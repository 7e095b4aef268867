# Run when installing: copies each header whose opening comment says that it is for others, or
# installed because a public type holds what is in it.
file(GLOB_RECURSE headers RELATIVE ${tocsin_source} ${tocsin_source}/tocsin/*.h)
foreach(header IN LISTS headers)
    file(STRINGS ${tocsin_source}/${header} lines LIMIT_COUNT 12)
    set(opening "")
    foreach(line IN LISTS lines)
        if(NOT line MATCHES "^//")
            break()
        endif()
        string(APPEND opening "${line} ")
    endforeach()
    if(opening MATCHES "Public|Private to tocsin/[a-z]+; installed")
        cmake_path(GET header PARENT_PATH folder)
        file(INSTALL DESTINATION ${CMAKE_INSTALL_PREFIX}/${tocsin_include}/${folder} TYPE FILE
             FILES ${tocsin_source}/${header})
    endif()
endforeach()
