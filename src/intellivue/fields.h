// SPDX-License-Identifier: Apache-2.0
// The structures that stand inside messages as well as inside attributes: managed objects and attribute lists. For the
// sources of this folder alone.
#pragma once

#include "intellivue/values.h"
#include "intellivue/wire.h"

namespace cordon::intellivue::wire {

template <class Io>
void fields(Io& io, Ref<Io, ManagedObject> v) {
  io.u16(v.object_class);
  io.u16(v.context);
  io.u16(v.handle);
}
template <class Io>
void fields(Io& io, Ref<Io, Attributes> v) {
  io.list(v, [](auto& element, auto& attribute) {
    element.u16(attribute.id);
    element.block([&](auto& value) { value.rest(attribute.value); });
  });
}

/// to_bytes and from_bytes run fields() over a whole structure.
template <class T>
Bytes to_bytes(const T& value) {
  Writer out;
  fields(out, value);
  return out.release();
}
template <class T>
Result<T> from_bytes(ByteView in) {
  T out{};
  Reader reader(in);
  fields(reader, out);
  CORDON_TRY_VOID(reader.done());
  return out;
}

}  // namespace cordon::intellivue::wire
