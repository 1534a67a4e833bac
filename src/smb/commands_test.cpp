// SPDX-License-Identifier: Apache-2.0
// Bodies: the fields that the conversation's tests do not reach, every truncation, and the bounds of lists.
#include "smb/commands.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "smb/smb1.h"
#include "smb/testing.h"

namespace cordon::smb {
namespace {

using namespace testing;
using namespace std::string_view_literals;

constexpr FileId file{0xF1, 0xF2};

Result<DecodedRequest> decode(Command command, const ByteWriter& body) {
  const Bytes bytes = element({command, 1}, body);
  return parse_request(*parse_header(bytes), bytes);
}
Change change_of(std::uint8_t info_class, ByteView buffer) {
  const auto r = decode(Command::set_info, set_info(file, info_class, buffer));
  return r ? std::get<SetInfoRequest>(r->body).change : Change{};
}

TEST(Header, RefusesWhatIsNoSmb2Header) {
  Bytes bytes = element({Command::echo, 7, flag_signed}, small(4));
  EXPECT_TRUE(parse_header(bytes)->is_signed());
  EXPECT_EQ(parse_header(ByteView(bytes).first(63)).error().code, ErrorCode::truncated);
  bytes[4] = 63;
  EXPECT_EQ(parse_header(bytes).error(), (Error{ErrorCode::malformed, 4, ""}));
  bytes[0] = 0xFF;
  EXPECT_EQ(parse_header(bytes).error(), (Error{ErrorCode::malformed, 0, ""}));
}

TEST(SetInfo, NamesEveryChangeOfAFile) {
  for (const std::uint8_t info_class : {std::uint8_t{0x0A}, std::uint8_t{0x41}}) {
    const Change rename = change_of(info_class, rename_buffer("b.locked", true));
    EXPECT_EQ(std::get<Rename>(rename).new_name, "b.locked");
    EXPECT_TRUE(std::get<Rename>(rename).replace);
  }
  EXPECT_EQ(std::get<Link>(change_of(0x0B, rename_buffer("l", false))).new_name, "l");
  EXPECT_TRUE(std::get<SetDisposition>(change_of(0x0D, Bytes{1})).delete_pending);
  EXPECT_FALSE(std::get<SetDisposition>(change_of(0x0D, Bytes{0})).delete_pending);
  EXPECT_TRUE(std::get<SetDisposition>(change_of(0x40, Bytes{3, 0, 0, 0})).delete_pending);
  EXPECT_EQ(std::get<SetEndOfFile>(change_of(0x14, Bytes{0, 2, 0, 0, 0, 0, 0, 0})).bytes, 512U);
  EXPECT_EQ(std::get<SetAllocation>(change_of(0x13, Bytes{1, 0, 0, 0, 0, 0, 0, 0})).bytes, 1U);
  Bytes basic(40, 0);
  basic[16] = 9;
  EXPECT_EQ(std::get<SetBasic>(change_of(0x04, basic)).written, 9U);
  EXPECT_EQ(change_of(0x1E, Bytes(8, 0)).index(), 0U) << "a class not read is no error";
}

TEST(Create, KnowsItsContextsAndKeepsTheNameWhenTheyAreBroken) {
  const auto with_context = [](std::string_view tag, std::uint32_t next) {
    ByteWriter w = create_request("abcd");
    const auto offset = static_cast<std::uint32_t>(header_bytes + w.size());
    Bytes bytes = w.release();
    bytes[112 - 64] = static_cast<std::uint8_t>(offset);
    bytes[116 - 64] = static_cast<std::uint8_t>(16 + tag.size());
    ByteWriter out;
    out.bytes(bytes);
    out.u32le(next);
    out.u16le(16);
    out.u16le(static_cast<std::uint16_t>(tag.size()));
    zeros(out, 8);
    out.text(tag);
    return std::get<CreateRequest>(decode(Command::create, out)->body);
  };
  EXPECT_EQ(with_context("RqLs", 0).contexts, context_lease);
  EXPECT_EQ(with_context("TWrp", 0).contexts, context_timewarp);
  EXPECT_EQ(with_context("????", 0).contexts, context_other);
  EXPECT_EQ(with_context("RqLs", 4000).contexts, context_other);
  EXPECT_EQ(with_context("RqLs", 4000).name, "abcd");
}

TEST(Ioctl, ReadsCopyRangesWithinTheirBound) {
  const auto copychunk = [](std::uint32_t count) {
    ByteWriter w;
    w.u16le(57);
    w.u16le(0);
    w.u32le(fsctl_copychunk);
    put(w, file);
    w.u32le(120);
    w.u32le(32 + count * 24);
    zeros(w, 24);
    for (int i = 0; i < 24; ++i) w.u8(0x4B);
    w.u32le(count);
    w.u32le(0);
    for (std::uint32_t i = 0; i < count; ++i) {
      w.u64le(i);
      w.u64le(i * 10);
      w.u32le(1 << 20);
      w.u32le(0);
    }
    return std::get<IoctlRequest>(decode(Command::ioctl, w)->body);
  };
  const IoctlRequest two = copychunk(2);
  EXPECT_EQ(two.source_key[23], 0x4B);
  ASSERT_EQ(two.ranges.size(), 2U);
  EXPECT_EQ(two.ranges[1].target_offset, 10U);
  EXPECT_EQ(two.ranges[1].bytes, 1U << 20U);
  EXPECT_EQ(copychunk(copy_ranges_max).ranges.size(), copy_ranges_max);
  EXPECT_EQ(copychunk(copy_ranges_max + 1).ranges.size(), copy_ranges_max);
}

ByteWriter negotiate_request(std::uint16_t dialect_count, std::uint16_t dialect) {
  ByteWriter w;
  w.u16le(36);
  w.u16le(dialect_count);
  zeros(w, 32);
  for (std::uint16_t i = 0; i < dialect_count; ++i) w.u16le(dialect);
  return w;
}

TEST(Negotiate, DialectsAreBounded) {
  const auto count = [](std::uint16_t n) {
    return std::get<NegotiateRequest>(decode(Command::negotiate, negotiate_request(n, 0x0302))->body).dialects.size();
  };
  EXPECT_EQ(count(dialects_max), dialects_max);
  EXPECT_EQ(count(dialects_max + 1), dialects_max);
}

TEST(Negotiate, ReadsCiphersOf311) {
  ByteWriter w;
  w.u16le(36);
  w.u16le(1);
  zeros(w, 2 + 2 + 4 + 16);
  w.u32le(104);  // NegotiateContextOffset
  w.u16le(1);
  w.u16le(0);
  w.u16le(0x0311);
  w.u16le(0);
  w.u16le(2);  // SMB2_ENCRYPTION_CAPABILITIES
  w.u16le(6);
  w.u32le(0);
  w.u16le(2);
  w.u16le(2);
  w.u16le(1);
  EXPECT_EQ(std::get<NegotiateRequest>(decode(Command::negotiate, w)->body).ciphers,
            (std::vector<std::uint16_t>{2, 1}));
}

TEST(Bodies, AnyBytesAndAnyCutAreAResult) {
  EXPECT_TRUE(rc::check([](std::vector<std::uint8_t> body, bool response) {
    const auto command = static_cast<Command>(*rc::gen::inRange(0, command_last + 2));
    ByteWriter w;
    // Half of the bodies get a StructureSize that fits, so that the fields behind it are reached.
    static constexpr std::array<std::uint16_t, 8> sizes{9, 16, 17, 24, 33, 49, 57, 89};
    if (*rc::gen::arbitrary<bool>()) w.u16le(*rc::gen::elementOf(sizes));
    w.bytes(body);
    const Bytes bytes = element({command, 1, response ? flag_response : 0U}, w);
    const Header header = *parse_header(bytes);
    const auto request = parse_request(header, bytes);
    const auto answer = parse_response(header, bytes);
    if (!request) RC_ASSERT(request.error().code != ErrorCode::io);
    if (!answer) RC_ASSERT(answer.error().code != ErrorCode::io);
  }));
}

// ---- SMB1 ----

ByteWriter smb1_head(std::uint8_t command, std::uint8_t flags, bool unicode) {
  ByteWriter w;
  w.u8(0xFF);
  w.text("SMB");
  w.u8(command);
  w.u32le(0);
  w.u8(flags);
  w.u16le(unicode ? 0x8000 : 0);
  zeros(w, 20);
  return w;
}

TEST(Smb1, NamesTheFilesOfItsRequests) {
  ByteWriter create = smb1_head(0xA2, 0, true);
  create.u8(24);
  create.u8(0xFF);
  zeros(create, 4);
  create.u16le(10);
  zeros(create, 41);
  create.u16le(11);
  create.u8(0);
  create.bytes(utf16("\\a.tx"));
  auto m = parse_smb1(create.view());
  ASSERT_TRUE(m);
  EXPECT_EQ(m->at(0).command, Smb1Command::nt_create_andx);
  EXPECT_EQ(m->at(0).name, "\\a.tx");

  ByteWriter rename = smb1_head(0x07, 0, false);
  rename.u8(1);
  rename.u16le(0);
  rename.u16le(12);
  rename.text("\4old\0\4new.x\0"sv);
  m = parse_smb1(rename.view());
  EXPECT_EQ(m->at(0).name, "old");
  EXPECT_EQ(m->at(0).new_name, "new.x");
}

TEST(Smb1, ANegotiateSaysWhetherSmb2IsOffered) {
  ByteWriter w = smb1_head(0x72, 0, false);
  w.u8(0);
  w.u16le(24);
  w.text("\2NT LM 0.12\0\2SMB 2.002\0"sv);
  EXPECT_TRUE(parse_smb1(w.view())->at(0).offers_smb2);
}

/// chain builds n logoff commands, each pointing at the next.
Bytes chain(std::size_t n) {
  ByteWriter w = smb1_head(0x74, 0, false);
  for (std::size_t i = 0; i < n; ++i) {
    w.u8(2);
    w.u8(i + 1 < n ? 0x74 : 0xFF);
    w.u8(0);
    w.u16le(static_cast<std::uint16_t>(w.size() + 4));
    w.u16le(0);
  }
  return w.release();
}

TEST(Smb1, ChainsAreBoundedAndCannotLoop) {
  EXPECT_EQ(parse_smb1(chain(smb1_chain_max))->size(), smb1_chain_max);
  EXPECT_EQ(parse_smb1(chain(smb1_chain_max + 1))->size(), smb1_chain_max);
  Bytes loop = chain(2);
  loop[smb1_header_bytes + 3] = smb1_header_bytes;
  EXPECT_EQ(parse_smb1(loop)->size(), 1U);
}

TEST(Smb1, AHeaderWithoutItsCountsStillNamesTheCommand) {
  const Bytes head = smb1_head(0x2F, 0x80, false).release();
  const auto m = parse_smb1(head);
  ASSERT_TRUE(m);
  EXPECT_EQ(m->at(0).command, Smb1Command::write_andx);
  EXPECT_TRUE(m->at(0).response);
  EXPECT_TRUE(m->at(0).body_missing);
  EXPECT_FALSE(parse_smb1(ByteView(head).first(31)));
}

TEST(Names, CoverEveryCommandAndOddity) {
  for (std::uint16_t c = 0; c <= command_last; ++c) EXPECT_STRNE(command_name(static_cast<Command>(c)), "UNKNOWN") << c;
  EXPECT_STREQ(command_name(static_cast<Command>(command_last + 1)), "UNKNOWN");
  for (std::size_t w = 0; w < weird_count; ++w)
    EXPECT_TRUE(std::string(weird_name(static_cast<Weird>(w))).starts_with("smb_"));
  EXPECT_STREQ(status_name(0xC0000022), "STATUS_ACCESS_DENIED");
  EXPECT_STREQ(dialect_name(0x0311), "3.1.1");
  EXPECT_STREQ(ioctl_name(fsctl_copychunk), "FSCTL_SRV_COPYCHUNK");
}

}  // namespace
}  // namespace cordon::smb
