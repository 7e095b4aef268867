# Reads modes.txt: each mode and room becomes two tests, fallback/MODE/ROOM with label fallback-mode,
# and fallback/MODE/ROOM-mounts with label fallback-mount, which needs /dev/fuse and root.
set(modes_file ${CMAKE_CURRENT_SOURCE_DIR}/fallback/modes.txt)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${modes_file})
file(STRINGS ${modes_file} modes REGEX "^[^#]")

# In short, as each of the tests runs once more for each mode.
function(add_fallback_test name room label hidden suites)
    add_test(NAME fallback/${name} COMMAND hide_syscalls ${hidden} -- $<TARGET_FILE:${room}-tests>
                                           --gtest_brief=1 "--gtest_filter=${suites}")
    set_tests_properties(fallback/${name} PROPERTIES LABELS ${label} TIMEOUT 300 ENVIRONMENT
                                                     TOCSIN_FEWER_ROUNDS=1)
endfunction()

foreach(mode IN LISTS modes)
    string(REGEX MATCH "^([a-z0-9-]+) +([^ ]+) *([^ ]*) *([^ ]*)$" matched "${mode}")
    if(NOT matched)
        message(FATAL_ERROR "${modes_file}: not 'MODE CALL=ERRNO,... [TESTS TESTS]': ${mode}")
    endif()
    set(mode ${CMAKE_MATCH_1})
    set(hidden ${CMAKE_MATCH_2})
    set(mounts_resource ${CMAKE_MATCH_3})
    set(mounts_cli ${CMAKE_MATCH_4})
    foreach(room IN ITEMS base core resource qnx cli)
        # A dispatch waits by epoll, and has no other way.
        if(room STREQUAL qnx AND hidden MATCHES "epoll_create")
            continue()
        endif()
        if(TARGET ${room}-tests)
            add_fallback_test(${mode}/${room} ${room} fallback-mode ${hidden} "-Mount*")
        endif()
    endforeach()
    foreach(room IN ITEMS resource cli)
        if(NOT mounts_${room})
            set(mounts_${room} "Mount*")
        endif()
        if(TARGET ${room}-tests AND NOT mounts_${room} STREQUAL none)
            add_fallback_test(${mode}/${room}-mounts ${room} fallback-mount ${hidden}
                              "${mounts_${room}}")
        endif()
    endforeach()
endforeach()
