# The drop-in libivykis: one set of objects, the face with the rooms under it, for libivykis.so.0 and
# libivykis.a. Included by tocsin/CMakeLists.txt.
set(ivykis_folder ${CMAKE_CURRENT_SOURCE_DIR}/ivykis)
file(GLOB ivykis_sources CONFIGURE_DEPENDS ${ivykis_folder}/*.cpp)
set(ivykis_unwound ${CMAKE_CURRENT_SOURCE_DIR}/core/loop.cpp)

# ivykis_options(TARGET): how its sources are compiled.
function(ivykis_options target)
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:tocsin-warnings> Threads::Threads)
    target_include_directories(
        ${target} PRIVATE ${PROJECT_SOURCE_DIR} ${ivykis_folder}/include
        INTERFACE $<BUILD_INTERFACE:${ivykis_folder}/include>)
    # A thread finds its loop by one load. The linker drops what nobody calls.
    target_compile_options(${target} PRIVATE -ftls-model=initial-exec -ffunction-sections
                                             -fdata-sections)
endfunction()

add_library(ivykis-objects OBJECT ${ivykis_sources})
ivykis_options(ivykis-objects)
tocsin_read_ahead(ivykis-objects)

# A thread that ends or is cancelled inside a handler is unwound, by libgcc_s, through the frames of
# the loop. There must be no clean-up in them: the runtime that is built in would have to do it.
add_library(ivykis-unwound OBJECT ${ivykis_unwound})
ivykis_options(ivykis-unwound)
target_compile_options(ivykis-unwound PRIVATE -fno-exceptions)
set(ivykis_objects
    $<TARGET_OBJECTS:ivykis-objects> $<TARGET_OBJECTS:ivykis-unwound>
    $<FILTER:$<TARGET_OBJECTS:tocsin>,EXCLUDE,core/loop[.]cpp>)

add_library(ivykis SHARED ${ivykis_objects})
ivykis_options(ivykis)
set_target_properties(ivykis PROPERTIES SOVERSION 0 VERSION 0.7.0 LINKER_LANGUAGE CXX
                                        LINK_DEPENDS ${ivykis_folder}/ivykis.map)
target_link_options(ivykis PRIVATE -Wl,--version-script=${ivykis_folder}/ivykis.map)
if(NOT TOCSIN_SANITIZE AND NOT TOCSIN_COVERAGE)
    # The runtime of C++ is built in, so that a program in C needs libc only; a sanitizer brings one. Where
    # code is optimised little, as it is to be counted, there are clean-ups in the frames of a loop.
    # The linker script libc.so would add the dynamic linker, which is there without being asked for.
    target_link_options(ivykis PRIVATE -nodefaultlibs -Wl,--gc-sections -Wl,--exclude-libs,ALL
                        -Wl,-z,relro,-z,now)
    target_link_libraries(ivykis PRIVATE -l:libstdc++.a -l:libgcc_eh.a -l:libgcc.a -l:libc.so.6
                                         -l:libc_nonshared.a)
endif()

add_library(ivykis-static STATIC ${ivykis_objects})
ivykis_options(ivykis-static)
set_target_properties(ivykis-static PROPERTIES OUTPUT_NAME ivykis LINKER_LANGUAGE CXX)
