/* Public. Ends what <_pack64.h> has begun. */
#ifdef __GNUC__
#pragma GCC system_header
#endif
#ifndef _MSC_VER
#pragma pack(pop)
#endif
