# What a later release could add to xpc/vif_objects.h, of each kind: test_abi.c
/^} XPC_OBJECT(1);/i\
	__u8 shout XPC_NR(14) XPC_BY(guest) XPC_RANGE(0, 3) XPC_ADDED;\
	__u16 n_names XPC_NR(15) XPC_BY(user) XPC_RANGE(0, 4) XPC_ADDED;\
	struct xmd_obj_mac names[4] XPC_NR(16) XPC_BY(user) XPC_COUNTED(n_names) XPC_ADDED;
/^} XPC_OBJECT(2);/i\
	__u32 temperature XPC_NR(17) XPC_BY(user) XPC_ADDED;\
	char place[24] XPC_NR(18) XPC_BY(user) XPC_STRING XPC_ADDED;
/^\/\* Totals of this vif/i\
struct xmd_lamp_object {\
	__u32 colour XPC_NR(0) XPC_BY(user) XPC_RANGE(1, 7);\
} XPC_OBJECT(3) XPC_ADDED;\
struct xmd_more_counters {\
	__u64 sneezes;\
};\

s/struct xmd_port_counters \*port XPC_OUT)/struct xmd_port_counters *port XPC_OUT, struct xmd_more_counters *more XPC_OUT XPC_ADDED)/
s/xmd_obj_identify(__u32 on XPC_RANGE(0, 1))/xmd_obj_identify(__u32 on XPC_RANGE(0, 1), __u32 colour XPC_RANGE(0, 7) XPC_ADDED)/
/^#endif \/\* XPC_GEN \*\//i\
int xmd_obj_sing(__u32 song) XPC_DOWNCALL(5) XPC_ADDED;
