// SPDX-License-Identifier: Apache-2.0
#include "detect/path.h"

#include <algorithm>
#include <unordered_map>

namespace cordon::detect {

using event::ContentType;

std::string_view name_of(std::string_view path) {
  const auto cut = path.find_last_of("\\/");
  return cut == std::string_view::npos ? path : path.substr(cut + 1);
}

std::string_view folder_of(std::string_view path) {
  const auto cut = path.find_last_of("\\/");
  return cut == std::string_view::npos ? std::string_view{} : path.substr(0, cut);
}

std::string_view stem_of(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? name : name.substr(0, dot);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string extension_of(std::string_view name) {
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return {};
  const auto extension = name.substr(dot + 1);
  if (extension.empty() || extension.size() > extension_length_max) return {};
  return lower(extension);
}

namespace {

struct Known {
  std::string_view extensions;  // separated by blanks
  Promise promise;
};

constexpr auto none = ContentType::unseen;

// What office suites, hospital systems, databases, media and Windows itself leave on shares. Only formats that always
// begin the same way promise something; text formats promise text.
constexpr Known known[] = {
    {"docx docm dotx dotm xlsx xlsm xlsb xltx xltm pptx pptm potx ppsx vsdx odt ods odp odg ott ots odf epub jar whl "
     "apk pages numbers key kmz 3mf oxt",
     {ContentType::zip, ContentType::ole2, none, none}},  // OLE2 when protected by a password
    {"zip zipx", {ContentType::zip, none, none, none}},
    {"doc dot", {ContentType::ole2, ContentType::rtf, ContentType::xml, ContentType::text}},
    {"xls xlt", {ContentType::ole2, ContentType::xml, ContentType::text, ContentType::zip}},
    {"ppt pps pot msg vsd pub mpp msi", {ContentType::ole2, none, none, none}},
    {"pdf ai", {ContentType::pdf, none, none, none}},
    {"rtf", {ContentType::rtf, ContentType::text, none, none}},
    {"xml xsl xslt xsd svg html htm xhtml hta rdf cda ccd config manifest",
     {ContentType::xml, ContentType::text, none, none}},
    {"txt csv tsv log hl7 oru adt json jsonl yaml yml toml ini cfg conf inf sql md ics vcf eml bat cmd ps1 vbs js ts "
     "css py sh c h cpp java php tex edi hpr prn reg srt",
     {ContentType::text, ContentType::xml, none, none}},
    {"png", {ContentType::png, none, none, none}},
    {"jpg jpeg jpe jfif", {ContentType::jpeg, none, none, none}},
    {"gif", {ContentType::gif, none, none, none}},
    {"bmp dib", {ContentType::bmp, none, none, none}},
    {"tif tiff", {ContentType::tiff, none, none, none}},
    {"dcm dicom", {ContentType::dicom, none, none, none}},
    {"gz tgz", {ContentType::gzip, none, none, none}},
    {"bz2 tbz", {ContentType::bzip2, none, none, none}},
    {"xz txz", {ContentType::xz, none, none, none}},
    {"7z", {ContentType::seven_zip, none, none, none}},
    {"rar", {ContentType::rar, none, none, none}},
    {"sqlite sqlite3 db3", {ContentType::sqlite, none, none, none}},
    {"mp3 mp4 m4a m4v mov avi wav flac ogg mkv webm wmv wma", {ContentType::media, none, none, none}},
    {"exe dll sys scr ocx cpl", {ContentType::executable, none, none, none}},
    // Known, but without a beginning to rely on.
    {"tmp temp bak old orig save backup wbk xlk asd wal shm lock lck part partial crdownload download new swp dat bin "
     "data db mdb accdb laccdb ldb mdf ldf ndf bkf vhd vhdx vmdk iso img wim cab tar lz lz4 zst br z zoo arj lzh pst "
     "ost one onetoc2 onepkg dbf fdb gdb myd myi frm ibd dmp bkp trn idx cdx fpt nsf ntf sav sas7bdat dta rda rds "
     "mat edf bdf scp ecg fda aecg hea atr nii nrrd mha mhd ima img3 pet ct mr stl obj ply dwg dxf rvt eps ps psd "
     "heic heif webp ico cur jp2 j2k jpf raw cr2 nef arw dng opus aac mid ttf otf woff woff2 lnk url thm theme thmx "
     "crt cer pem pfx p12 p7b p7m p7s key2 gpg pgp asc sig sha1 sha256 md5 torrent chm hlp mht mhtml mso thumbs "
     "ds_store class o obj2 pyc lib pdb nupkg rpm deb msp msu cat etl evtx evt pol adm admx adml gpt spl shd",
     {none, none, none, none}},
};

const std::unordered_map<std::string_view, const Promise*>& table() {
  static const auto made = [] {
    std::unordered_map<std::string_view, const Promise*> out;
    for (const Known& k : known) {
      std::string_view rest = k.extensions;
      while (!rest.empty()) {
        const auto blank = rest.find(' ');
        out.emplace(rest.substr(0, blank), &k.promise);
        if (blank == std::string_view::npos) break;
        rest.remove_prefix(blank + 1);
      }
    }
    return out;
  }();
  return made;
}

// .1 … .9999 and dates such as .20221203 or .2022-12-03
bool numbered(std::string_view extension) {
  const auto digits = std::count_if(extension.begin(), extension.end(), [](char c) { return c >= '0' && c <= '9'; });
  const auto dashes = std::count(extension.begin(), extension.end(), '-');
  if (static_cast<std::size_t>(digits + dashes) != extension.size() || digits == 0) return false;
  return (dashes == 0 && digits <= 4) ||
         (digits == 8 && (dashes == 0 || dashes == 2) && (extension.starts_with("19") || extension.starts_with("20")));
}

}  // namespace

const Promise* promise_of(std::string_view extension) {
  static constexpr Promise nothing{none, none, none, none};
  const auto found = table().find(extension);
  if (found != table().end()) return found->second;
  return numbered(extension) ? &nothing : nullptr;
}

bool same_kind(ContentType a, ContentType b) {
  const auto readable = [](ContentType t) {
    return t == ContentType::text || t == ContentType::xml || t == ContentType::rtf;
  };
  return a == b || (readable(a) && readable(b));
}

std::string_view word(ContentType type) {
  switch (type) {
    case ContentType::unseen:
      return "unseen";
    case ContentType::unknown:
      return "unknown";
    case ContentType::text:
      return "text";
    case ContentType::zip:
      return "zip";
    case ContentType::ole2:
      return "ole2";
    case ContentType::pdf:
      return "pdf";
    case ContentType::rtf:
      return "rtf";
    case ContentType::xml:
      return "xml";
    case ContentType::png:
      return "png";
    case ContentType::jpeg:
      return "jpeg";
    case ContentType::gif:
      return "gif";
    case ContentType::bmp:
      return "bmp";
    case ContentType::tiff:
      return "tiff";
    case ContentType::dicom:
      return "dicom";
    case ContentType::gzip:
      return "gzip";
    case ContentType::bzip2:
      return "bzip2";
    case ContentType::xz:
      return "xz";
    case ContentType::seven_zip:
      return "7z";
    case ContentType::rar:
      return "rar";
    case ContentType::sqlite:
      return "sqlite";
    case ContentType::media:
      return "media";
    case ContentType::executable:
      return "executable";
  }
  return "unknown";
}

}  // namespace cordon::detect
