/* Public. From here on, to <_packpop.h>, structures are laid out for eight bytes at most. Included
   as often as there are such structures. */
#ifdef __GNUC__
#pragma GCC system_header
#endif
#ifdef __clang__
/* That the layout goes on behind this header is what it is for. */
#pragma clang diagnostic ignored "-Wpragma-pack"
#endif
#ifndef _MSC_VER
#pragma pack(push, 8)
#endif
