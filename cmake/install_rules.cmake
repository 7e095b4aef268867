# What `cmake --install` lays down: public headers, libraries, the command, pkg-config files and a
# CMake package; and, where it is asked for, the component `ivykis`.
include(CMakePackageConfigHelpers)

set(tocsin_package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/Tocsin)
set(tocsin_targets tocsin)
if(TARGET tocsin-resource)
    list(APPEND tocsin_targets tocsin-resource)
endif()
if(TARGET tocsin-qnx)
    list(APPEND tocsin_targets tocsin-qnx)
    # QNX's names, below a folder of their own: only who asks for it finds them.
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/tocsin/qnx/include/
            DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tocsin-qnx)
    foreach(name IN ITEMS qcc q++)
        install(PROGRAMS ${PROJECT_SOURCE_DIR}/tools/qnx/qcc DESTINATION ${CMAKE_INSTALL_BINDIR}
                RENAME ${name})
    endforeach()
endif()

install(
    TARGETS ${tocsin_targets}
    EXPORT TocsinTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET tocsin-command)
    install(TARGETS tocsin-command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

# Which headers are public is read when installing, from their own first comment.
install(
    CODE "set(tocsin_source ${PROJECT_SOURCE_DIR})
          set(tocsin_include ${CMAKE_INSTALL_INCLUDEDIR})"
    COMPONENT Unspecified)
install(SCRIPT ${PROJECT_SOURCE_DIR}/cmake/install_headers.cmake)

# The package.
install(EXPORT TocsinTargets NAMESPACE Tocsin:: DESTINATION ${tocsin_package_folder})
configure_package_config_file(
    ${PROJECT_SOURCE_DIR}/cmake/TocsinConfig.cmake.in ${PROJECT_BINARY_DIR}/TocsinConfig.cmake
    INSTALL_DESTINATION ${tocsin_package_folder})
write_basic_package_version_file(
    ${PROJECT_BINARY_DIR}/TocsinConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/TocsinConfig.cmake
              ${PROJECT_BINARY_DIR}/TocsinConfigVersion.cmake
        DESTINATION ${tocsin_package_folder})

# pkg-config. A static library hands its own needs on to whoever links it.
file(RELATIVE_PATH tocsin_prefix_from_pc /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
set(tocsin_static_needs ", fuse3")
if(BUILD_SHARED_LIBS)
    set(tocsin_static_needs "")
endif()
foreach(target IN LISTS tocsin_targets)
    configure_file(${PROJECT_SOURCE_DIR}/cmake/${target}.pc.in ${PROJECT_BINARY_DIR}/${target}.pc
                   @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${target}.pc
            DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

if(TOCSIN_BUILD_IVYKIS)
    include(ivykis_install)
endif()
