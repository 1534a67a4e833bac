# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where. cordon-launch looks for the others beside itself, so the programs lie in one folder.
# With the prefix /usr the systemd files lie where systemd looks for them.
include(GNUInstallDirs)

install(TARGETS cordon cordon-launch cordon_nft cordon-seal cordon-smb RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")

install(DIRECTORY examples/ DESTINATION "${CMAKE_INSTALL_DATADIR}/cordon/examples")
install(FILES packaging/cordon.toml packaging/station.toml DESTINATION "${CMAKE_INSTALL_DATADIR}/cordon")
install(FILES LICENSE SECURITY.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(DIRECTORY LICENSES docs/ DESTINATION "${CMAKE_INSTALL_DOCDIR}")

foreach(unit cordon-control.service cordon-sensor@.service cordon-nft@.socket cordon-nft@.service cordon-seal.service cordon-station.service cordon-station-seal.service)
  configure_file("packaging/systemd/${unit}.in" "packaging/systemd/${unit}" @ONLY)
  install(FILES "${CMAKE_BINARY_DIR}/packaging/systemd/${unit}" DESTINATION lib/systemd/system)
endforeach()
install(FILES packaging/sysusers.d/cordon.conf DESTINATION lib/sysusers.d)
install(FILES packaging/tmpfiles.d/cordon.conf DESTINATION lib/tmpfiles.d)
