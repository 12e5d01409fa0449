/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kernel.h - what xpc/kern/ needs of a kernel, made of threads, for test_kern.  A jiffy is
 * a millisecond.
 */
#ifndef XPC_SHIM_KERNEL_H
#define XPC_SHIM_KERNEL_H

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/types.h>

typedef __u8 u8;
typedef __u32 u32;
typedef __u64 u64;
#define __user
#define ERESTARTSYS 512

#define min(a, b)	((a) < (b) ? (a) : (b))
#define min_t(t, a, b)	((t)(a) < (t)(b) ? (t)(a) : (t)(b))
#define READ_ONCE(x)	__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define div64_u64(a, b)	((a) / (b))
#define div_u64(a, b)	((a) / (b))
#define NSEC_PER_USEC	1000u

/* memory */
#define GFP_KERNEL 0
#define kcalloc(n, size, gfp)	calloc((n) + 1, size)
#define kzalloc(size, gfp)	calloc(1, (size) + 1)
#define kfree(p)		free(p)
#define copy_from_user(to, from, n)	(memcpy(to, from, n), 0)
#define copy_to_user(to, from, n)	(memcpy(to, from, n), 0)

/* bits */
static inline bool test_and_set_bit(int bit, unsigned long *word)
{
	return __atomic_fetch_or(word, 1ul << bit, __ATOMIC_ACQUIRE) & 1ul << bit;
}

static inline void clear_bit_unlock(int bit, unsigned long *word)
{
	__atomic_fetch_and(word, ~(1ul << bit), __ATOMIC_RELEASE);
}

/* locks */
typedef pthread_mutex_t spinlock_t;
#define spin_lock_init(l)	pthread_mutex_init(l, NULL)
#define spin_lock_irq(l)	pthread_mutex_lock(l)
#define spin_unlock_irq(l)	pthread_mutex_unlock(l)
#define spin_lock_irqsave(l, flags)	((flags) = 0, pthread_mutex_lock(l))
#define spin_unlock_irqrestore(l, flags)	((void)(flags), pthread_mutex_unlock(l))

struct mutex {
	pthread_mutex_t m;
	bool locked;
};

#define mutex_init(l)	pthread_mutex_init(&(l)->m, NULL)
#define mutex_lock_interruptible(l)	({ pthread_mutex_lock(&(l)->m);		\
	__atomic_store_n(&(l)->locked, true, __ATOMIC_RELAXED); 0; })
#define mutex_unlock(l)	do { __atomic_store_n(&(l)->locked, false, __ATOMIC_RELAXED); \
	pthread_mutex_unlock(&(l)->m); } while (0)
#define mutex_is_locked(l)	READ_ONCE((l)->locked)

/* time */
u64 shim_us(void);
#define ktime_get()	shim_us()
#define ktime_to_us(t)	(t)
#define msecs_to_jiffies(ms)	((long)(ms))

/* waiting: @turn changes with each wake-up, so that none between look and sleep is lost */
typedef struct {
	pthread_mutex_t m;
	pthread_cond_t c;
	unsigned int turn;
} wait_queue_head_t;

void shim_queue_init(wait_queue_head_t *q);
void shim_wake(wait_queue_head_t *q);
unsigned int shim_turn(wait_queue_head_t *q);
/* Return: false when @until_us has come */
bool shim_sleep(wait_queue_head_t *q, unsigned int turn, u64 until_us);
extern _Thread_local bool *shim_killed;		/* set by another thread: a fatal signal */

#define init_waitqueue_head(q)	shim_queue_init(q)
#define wake_up(q)	shim_wake(q)
#define wake_up_interruptible(q)	shim_wake(q)

#define shim_wait(q, condition, until) ({					\
	long ret_ = 1;								\
	for (;;) {								\
		unsigned int turn_ = shim_turn(&(q));				\
		if (condition)							\
			break;							\
		if (shim_killed && READ_ONCE(*shim_killed)) {			\
			ret_ = -ERESTARTSYS;					\
			break;							\
		}								\
		if (!shim_sleep(&(q), turn_, until)) {				\
			ret_ = (condition) ? 1 : 0;				\
			break;							\
		}								\
	}									\
	ret_;									\
})
#define wait_event_interruptible(q, condition) ({				\
	long ret_i_ = shim_wait(q, condition, ~0ull);				\
	ret_i_ > 0 ? 0 : (int)ret_i_;						\
})
#define wait_event_killable_timeout(q, condition, ms)				\
	shim_wait(q, condition, shim_us() + (ms) * 1000ull)

/* files */
typedef unsigned int __poll_t;
typedef struct poll_table_struct poll_table;
struct file {
	unsigned int f_flags;
	void *private_data;
};
#define O_NONBLOCK	04000
#define EPOLLIN		0x001
#define EPOLLOUT	0x004
#define EPOLLERR	0x008
#define EPOLLHUP	0x010
#define EPOLLRDNORM	0x040
#define EPOLLWRNORM	0x100
#define poll_wait(file, q, table)	((void)(file), (void)(table))

/* processes: there is one, whose state a test may set, and which notes that it was killed */
struct task_struct {
	unsigned int __state;
	bool stopped;
	struct { u64 sum_exec_runtime; } se;
};
struct pid {
	unsigned int kills;
	struct task_struct task;
};
extern struct pid shim_process;
#define PIDTYPE_TGID		0
#define TASK_RUNNING		0u
#define TASK_INTERRUPTIBLE	1u
#define TASK_UNINTERRUPTIBLE	2u
#define pid_task(pid, type)	((pid) ? &(pid)->task : NULL)
#define task_is_stopped_or_traced(p) READ_ONCE((p)->stopped)
#define rcu_read_lock()		do { } while (0)
#define rcu_read_unlock()	do { } while (0)
#define current			NULL
#define task_tgid(task)		(&shim_process)
#define get_pid(pid)		(pid)
#define put_pid(pid)		((void)(pid))
#define pid_nr(pid)		((void)(pid), 1)
#define kill_pid(pid, sig, priv) __atomic_fetch_add(&(pid)->kills, 1, __ATOMIC_RELAXED)

/* text */
#define dev_err_ratelimited(dev, ...)	((void)(dev), 0 ? (void)printf(__VA_ARGS__) : (void)0)
#define dev_warn_ratelimited(dev, ...)	((void)(dev), 0 ? (void)printf(__VA_ARGS__) : (void)0)
struct seq_file {
	FILE *f;
};
#define seq_printf(m, ...)	fprintf((m)->f, __VA_ARGS__)
#define seq_puts(m, text)	fputs(text, (m)->f)

#endif /* XPC_SHIM_KERNEL_H */
