# A room is a folder of sources that becomes one library; an empty room becomes an empty library.

# tocsin_read_ahead(NAME HEADERS...) has these, and what nearly all sources include, read once for all
# sources of NAME: reading is half of what compiling them takes. A build without it, as of the preset
# clang, shows which source includes too little.
function(tocsin_read_ahead name)
    target_precompile_headers(
        ${name}
        PRIVATE <algorithm>
                <array>
                <atomic>
                <chrono>
                <functional>
                <memory>
                <mutex>
                <optional>
                <string>
                <system_error>
                <utility>
                <vector>
                ${ARGN})
endfunction()

# tocsin_room(NAME ALIAS Tocsin::x FOLDERS base core [EXCLUDE main.cpp]) adds the library NAME.
# Sets NAME_scope to the keyword with which others are to be linked to it.
function(tocsin_room name)
    cmake_parse_arguments(ROOM "" "ALIAS" "FOLDERS;EXCLUDE;LINK;LINK_PRIVATE" ${ARGN})
    set(sources "")
    foreach(folder IN LISTS ROOM_FOLDERS)
        file(GLOB_RECURSE found CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp)
        list(APPEND sources ${found})
    endforeach()
    foreach(excluded IN LISTS ROOM_EXCLUDE)
        list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/${excluded})
    endforeach()

    if(sources)
        add_library(${name} ${sources})
        set(scope PUBLIC)
        set_target_properties(${name} PROPERTIES EXPORT_NAME ${name})
        target_link_libraries(${name} PRIVATE $<BUILD_INTERFACE:tocsin-warnings> ${ROOM_LINK_PRIVATE})
        tocsin_read_ahead(${name})
    else()
        add_library(${name} INTERFACE)
        set(scope INTERFACE)
    endif()
    target_compile_features(${name} ${scope} cxx_std_20)
    target_include_directories(
        ${name} ${scope} $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
                         $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_link_libraries(${name} ${scope} ${ROOM_LINK})
    if(ROOM_ALIAS)
        add_library(${ROOM_ALIAS} ALIAS ${name})
    endif()
endfunction()

# tocsin_program(NAME SOURCES a.cpp LINK ...) adds one program under the strict warnings.
function(tocsin_program name)
    cmake_parse_arguments(PROGRAM "" "" "SOURCES;LINK" ${ARGN})
    add_executable(${name} ${PROGRAM_SOURCES})
    target_link_libraries(${name} PRIVATE tocsin-warnings ${PROGRAM_LINK} Threads::Threads)
endfunction()

# tocsin_programs(TARGET FOLDER LINK ...) adds one program for each C and C++ file of FOLDER, named
# after it, and the target TARGET that builds them all.
function(tocsin_programs all folder)
    cmake_parse_arguments(PROGRAMS "" "" "LINK" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.c ${folder}/*.cpp)
    add_custom_target(${all})
    foreach(source IN LISTS sources)
        cmake_path(GET source STEM name)
        tocsin_program(${name} SOURCES ${source} LINK ${PROGRAMS_LINK})
        add_dependencies(${all} ${name})
    endforeach()
endfunction()
