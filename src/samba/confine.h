// SPDX-License-Identifier: Apache-2.0
// confine gives up what cordon-smb does not need. It stays root, because smbd's files and processes are root's, but of
// root's rights it keeps two: to end processes that act as another user, and to see whose connections they hold.
#pragma once

#include <string>

namespace cordon::samba {

/// confine drops every capability but CAP_KILL and CAP_SYS_PTRACE, for this process and what it starts, and refuses
/// system calls that neither needs. Gives a problem, empty if there is none.
std::string confine();

}  // namespace cordon::samba
