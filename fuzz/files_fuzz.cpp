// SPDX-License-Identifier: Apache-2.0
// What clients do to files, without packets: an input is records of four bytes, each one operation of one of three
// clients on one of a few names and handles. The bounds are so tight that everything is evicted all the time. Whatever
// comes, every report makes sense and every bound holds.
#include <array>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "observe/file_model.h"
#include "observe/path.h"

namespace {

using namespace cordon;

void judge(const event::FileActivity& a) {
  const auto sane = [](double share) { return std::isfinite(share) && share >= 0 && share <= 1; };
  if (!sane(a.kept_share) || !sane(a.before.text_share) || !sane(a.after.text_share)) std::abort();
  if (!std::isfinite(a.before.chi_squared) || !std::isfinite(a.after.chi_squared)) std::abort();
  if (a.file == 0 || a.path.empty() || a.share.empty()) std::abort();
  if (a.altered != (a.first_altered != WallTime{})) std::abort();
  if (a.created && a.altered) std::abort();
  if (a.path.size() > observe::path_bytes_max || a.new_path == a.path) std::abort();
}

const std::array<const char*, 16> names{"a.docx",    "a.docx.enc", "a.enc",     "~a.tmp", "b.txt", "b.txt.lock",
                                        "d\\a.docx", "d\\b.txt",   "d\\~x.tmp", "A.DOCX", "b",     "c.b.txt",
                                        "d\\a",      "e\\a.docx",  "x",         "d\\x"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  observe::FileBounds bounds;
  bounds.clients = {4, 3};
  bounds.nodes = {10, 6};
  bounds.records = {10, 6};
  bounds.handles = {8, 5};
  bounds.sessions = {3, 2};
  bounds.keys = {2, 2};
  bounds.opens = {2, 2};
  bounds.staged = {2, 2};
  bounds.content_bytes_max = 48 << 10;
  bounds.folders_max = 2;
  bounds.clients_of_node_max = 2;
  observe::FileModel model(bounds, {"\\\\*\\?\\b.txt"}, judge);
  std::vector<std::uint8_t> content(3'000);
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<std::uint8_t>(i * i >> 3U);
  WallTime now{std::chrono::seconds(1'670'097'605)};
  std::uint64_t messages = 0;
  std::array<observe::Origin, 3> origins;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    origins[i].flow = i + 1;
    origins[i].client.ip.bytes[3] = static_cast<std::uint8_t>(i + 1);
    origins[i].proven = i != 2;
  }
  ByteReader in(ByteView(data, size));
  while (in.left() >= 4) {
    const std::uint8_t op = *in.u8();
    const std::uint8_t who = *in.u8();
    const std::uint8_t what = *in.u8();
    const std::uint8_t more = *in.u8();
    const observe::Origin& origin = origins[who % 3];
    now += Micros(100);
    if ((who & 0x20U) != 0) now += std::chrono::seconds(3);
    if ((who & 0x40U) != 0) now += std::chrono::minutes(more);
    smb::Exchange e;
    e.has_request = true;
    e.answered = (who & 0x08U) == 0;
    e.status = (who & 0x10U) != 0 ? 0xC0000022U : 0;
    e.request_time = now;
    e.response_time = now + Micros(10);
    e.message_id = ++messages;
    e.session_id = 1 + (who & 0x04U);
    e.file_known = true;
    e.file = {what % 6U, 0};
    if ((who & 0x80U) != 0) {
      e.file_known = e.answered;
      e.related_to = messages - 1;
    }
    const std::uint64_t offset = std::uint64_t{more & 0x0fU} << (more >> 4U);
    switch (op % 12) {
      case 0:
      case 1: {
        e.command = smb::Command::create;
        smb::CreateRequest request;
        request.name = names[what >> 4U];
        request.options = (more & 0x10U) != 0 ? smb::option_delete_on_close : 0;
        e.request = request;
        smb::CreateResponse response;
        response.file = e.file;
        response.action = static_cast<smb::CreateAction>(more & 3U);
        response.end_of_file = (more & 0x20U) != 0 ? 3'000 : 0;
        if (e.answered && e.status == 0) e.response = response;
        break;
      }
      case 2:
      case 3:
      case 4: {
        smb::DataPiece piece;
        piece.kind = op % 12 == 2 ? smb::DataPiece::Kind::read : smb::DataPiece::Kind::write;
        piece.known = e.file_known;
        piece.related_to = e.related_to;
        piece.file = e.file;
        piece.offset = offset;
        piece.session_id = e.session_id;
        piece.message_id = e.message_id;
        piece.time = now;
        model.data(origin, piece, ByteView(content).subspan(what * 8U, 1U + more * 3U));
        e.command = piece.kind == smb::DataPiece::Kind::read ? smb::Command::read : smb::Command::write;
        e.request = smb::WriteRequest{offset, 1U + more * 3U};
        break;
      }
      case 5:
      case 6:
        e.command = smb::Command::close;
        e.request = smb::CloseRequest{};
        break;
      case 7:
        e.command = smb::Command::set_info;
        e.request = smb::SetInfoRequest{1, 0, smb::Rename{names[more & 0x0fU], (more & 0x10U) != 0}};
        break;
      case 8:
        e.command = smb::Command::set_info;
        e.request = smb::SetInfoRequest{1, 0, smb::SetDisposition{(more & 3U) != 0}};
        break;
      case 9:
        e.command = smb::Command::set_info;
        e.request = smb::SetInfoRequest{1, 0, smb::SetEndOfFile{more}};
        break;
      case 10: {
        e.command = smb::Command::ioctl;
        smb::IoctlRequest request;
        request.code = (more & 1U) != 0   ? smb::fsctl_request_resume_key
                       : (more & 2U) != 0 ? smb::fsctl_copychunk
                                          : smb::fsctl_set_zero_data;
        request.source_key[0] = static_cast<std::uint8_t>(more >> 6U);
        e.request = request;
        smb::IoctlResponse response;
        response.resume_key[0] = static_cast<std::uint8_t>(more >> 6U);
        e.response = response;
        break;
      }
      default:
        if ((more & 1U) != 0) {
          e.command = smb::Command::session_setup;
          smb::SessionSetupRequest request;
          request.user = std::string(1, static_cast<char>('a' + (what & 3U)));
          request.binding = (more & 2U) != 0;
          e.request = request;
        } else {
          e.command = (more & 2U) != 0 ? smb::Command::logoff : smb::Command::tree_disconnect;
          e.request = smb::Plain{};
        }
        break;
    }
    model.exchange(origin, e);
    if ((op & 0x80U) != 0) model.tick(now);
    if (model.handles() > 8 || model.nodes() > 10 || model.records() > 10 || model.sessions() > 3) std::abort();
    if (model.content_bytes() > (64 << 10)) std::abort();
  }
  model.finish(now);
  return 0;
}
