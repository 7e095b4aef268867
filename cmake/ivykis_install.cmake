# What the component `ivykis` installs: the drop-in library, its headers and its pkg-config file; its
# manual is in docs/CMakeLists.txt. `cmake --install` leaves it out unless it is asked for by name, and
# then it goes below a prefix of its own, so that it never lies beside a distribution's unasked:
#     cmake --install build/release --component ivykis --prefix /usr/local/lib/tocsin-ivykis

# What programs compare is the version of ivykis whose interface this is.
set(ivykis_interface_version 0.43.2)

install(
    TARGETS ivykis ivykis-static
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ivykis EXCLUDE_FROM_ALL
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ivykis EXCLUDE_FROM_ALL)
install(
    DIRECTORY ${PROJECT_SOURCE_DIR}/tocsin/ivykis/include/
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    COMPONENT ivykis EXCLUDE_FROM_ALL
    FILES_MATCHING
    PATTERN "*.h")

configure_file(${PROJECT_SOURCE_DIR}/cmake/ivykis.pc.in ${PROJECT_BINARY_DIR}/ivykis.pc @ONLY)
install(
    FILES ${PROJECT_BINARY_DIR}/ivykis.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
    COMPONENT ivykis EXCLUDE_FROM_ALL)
