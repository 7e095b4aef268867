# Reads modes.txt: each mode and room becomes one test, fallback/MODE/ROOM, with label fallback-mode.
set(modes_file ${CMAKE_CURRENT_SOURCE_DIR}/fallback/modes.txt)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${modes_file})
file(STRINGS ${modes_file} modes REGEX "^[^#]")

foreach(mode IN LISTS modes)
    string(REGEX MATCH "^([a-z0-9-]+) +([a-z,]+) +([^ ]+) *([^ ]*)$" matched "${mode}")
    if(NOT matched)
        message(FATAL_ERROR "${modes_file}: not 'MODE ROOM,ROOM CALL=ERRNO,... [SUITES]': ${mode}")
    endif()
    set(name ${CMAKE_MATCH_1})
    set(hidden ${CMAKE_MATCH_3})
    set(suites ${CMAKE_MATCH_4})
    string(REPLACE "," ";" rooms ${CMAKE_MATCH_2})
    foreach(room IN LISTS rooms)
        if(NOT TARGET ${room}-tests)
            continue()
        endif()
        add_test(NAME fallback/${name}/${room}
                 COMMAND hide_syscalls ${hidden} -- $<TARGET_FILE:${room}-tests> --gtest_brief=1
                         "--gtest_filter=${suites}-Mount*")
        set_tests_properties(fallback/${name}/${room} PROPERTIES LABELS fallback-mode TIMEOUT 300)
    endforeach()
endforeach()
