// SPDX-License-Identifier: GPL-2.0
/* patterns.c - kernel functions and types by what their names say. */
#include <regex.h>
#include <stdlib.h>
#include "slice.h"

static bool match(regex_t *re, bool *ready, const char *pattern, const char *s)
{
	if (!*ready && regcomp(re, pattern, REG_EXTENDED | REG_NOSUB)) {
		fprintf(stderr, "slicer: pattern: %s\n", pattern);
		exit(1);
	}
	*ready = true;
	return !regexec(re, s, 0, NULL, 0);
}

#define MATCHER(name, pattern)                                                                     \
	bool name(const char *s)                                                                   \
	{                                                                                          \
		static regex_t re;                                                                 \
		static bool ready;                                                                 \
                                                                                                   \
		return match(&re, &ready, pattern, s);                                             \
	}

MATCHER(is_lock_call,
	"^(_?raw_)?_?(spin|read|write)_(try)?lock|^mutex_lock|^mutex_trylock|^_raw_spin_lock|^down("
	"_|$)|"
	"^__raw_spin_lock|^spin_lock|^_raw_(read|write)_lock|^write_seq|spinlock_check")
MATCHER(is_unlock_call, "unlock|^up(_|$)")
MATCHER(is_bit_or_atomic,
	"^(arch_)?(atomic|set_bit|clear_bit|test_and|test_bit|const_test_bit|_?test_|change_bit|"
	"__set_bit|__clear_bit)")
MATCHER(is_pure, "^(__builtin|___?arch__swab|__swab|__fswab|__(le|be|cpu|arch_swab)|(le|be|cpu)_?["
		 "0-9]*_?to|cpu_to|ntoh|"
		 "hton|min|max|abs|get_unaligned|put_unaligned|__get_unaligned|__put_unaligned|crc|"
		 "bitrev|swab|fls|ffs|hweight|ror|"
		 "rol|is_[a-z0-9_]+_ether|ether_addr|compare_ether|div|do_div|__must_be|ilog2|__"
		 "ilog2|roundup|BUG|WARN|memcpy$|"
		 "memset$|memcmp$|memmove$|__memcpy|__memset|strlen|array_size|size_)")
MATCHER(is_harmless, "^(arch_static|____wrong|__dynamic|__udelay|__const_udelay|msleep|usleep|_"
		     "printk|_dev_|netdev_(info|"
		     "err|warn|dbg|notice|priv|printk)|__bad|const_test_bit|___might|__might)")
MATCHER(is_kernel_object,
	"struct (timer_list|work_struct|delayed_work|napi_struct|tasklet_struct|hrtimer|completion|"
	"wait_queue_head|list_head|hlist_[a-z]+|kref|kobject|mii_if_info|ptp_clock_info|i2c_[a-z_]+"
	"|pm_qos[a-z_]*|"
	"cyclecounter|timecounter|rcu_head|device|notifier_block|u64_stats_sync|sk_buff_head|"
	"phylink[a-z_]*|delayed_call|"
	"bpf_prog|xdp_[a-z_]+|dentry)$")
MATCHER(is_lock_type, "(spinlock|mutex|rwlock|semaphore|seqlock|seqcount)")
MATCHER(is_noise,
	"^(__builtin|arch_static|____wrong|__bad|spinlock_check|__compiletime|__dynamic_)")
