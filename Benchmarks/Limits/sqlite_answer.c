/* sqlite_answer FILE RUNS EVENTS [RATE]: as sqlite_corr, with the reads and writes that an answer takes in flow's store:
   it is looked for among what came in, its run by the key, what the run has heard, and a free number for the task; then,
   in the same transaction (synchronous=FULL), the line of the inbox, the step, the line of the outbox and the task are
   written, and the run is updated. Eight pages where sqlite_corr writes four; the packed bytes are there already. */
#include "common.h"
#include <sqlite3.h>
#include <unistd.h>
static sqlite3*db;
static void ex(const char*s){char*e=0;if(sqlite3_exec(db,s,0,0,&e)){fprintf(stderr,"%s: %s\n",s,e);exit(1);}}
static sqlite3_stmt*prep(const char*s){sqlite3_stmt*t;if(sqlite3_prepare_v2(db,s,-1,&t,0)){fprintf(stderr,"%s: %s\n",s,sqlite3_errmsg(db));exit(1);}return t;}
static void done(sqlite3_stmt*s){if(sqlite3_step(s)!=SQLITE_DONE){fprintf(stderr,"%s\n",sqlite3_errmsg(db));exit(1);}sqlite3_reset(s);}
static int found(sqlite3_stmt*s,int column,sqlite3_int64*value){int is=sqlite3_step(s)==SQLITE_ROW;if(is&&value)*value=sqlite3_column_int64(s,column);sqlite3_reset(s);return is;}
static void number(sqlite3_stmt*s,int at,sqlite3_int64 n){sqlite3_bind_int64(s,at,n);}
static void text(sqlite3_stmt*s,int at,const char*t){sqlite3_bind_text(s,at,t,-1,SQLITE_TRANSIENT);}
static void blob(sqlite3_stmt*s,int at,const void*p,int n){sqlite3_bind_blob(s,at,p,n,SQLITE_TRANSIENT);}
static int cmp(const void*a,const void*b){double x=*(double*)a,y=*(double*)b;return x<y?-1:x>y;}
int main(int c,char**v){
  if(c<4){fprintf(stderr,"usage: sqlite_answer FILE RUNS EVENTS [RATE]\n");return 2;}
  const char*f=v[1];long R=atol(v[2]),E=atol(v[3]);double rate=c>4?atof(v[4]):0;
  char w[4096];unlink(f);snprintf(w,sizeof w,"%s-wal",f);unlink(w);snprintf(w,sizeof w,"%s-shm",f);unlink(w);
  sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
  if(sqlite3_open(f,&db))return 1;
  ex("PRAGMA journal_mode=WAL;PRAGMA synchronous=OFF;PRAGMA cache_size=-65536;PRAGMA wal_autocheckpoint=4000;"
     "CREATE TABLE incoming(number INTEGER PRIMARY KEY,source ANY,id TEXT,at INT,type ANY,state INT,packed BLOB);"
     "CREATE UNIQUE INDEX incoming_once ON incoming(id,source);CREATE INDEX incoming_open ON incoming(state) WHERE state>0;"
     "CREATE TABLE run(number INTEGER PRIMARY KEY,id ANY,workflow ANY,version ANY,subject TEXT,contact TEXT,event ANY,started INT,"
     "due INT,ended INT,outcome ANY,touches INT,sequence INT,steps INT,last_step INT,last_line INT,last_task INT,packed BLOB,room BLOB);"
     "CREATE UNIQUE INDEX run_id ON run(id);CREATE UNIQUE INDEX run_once ON run(subject,workflow,event);CREATE INDEX run_contact ON run(contact);"
     "CREATE TABLE heard(run INT,event TEXT,PRIMARY KEY(run,event)) WITHOUT ROWID;"
     "CREATE TABLE journal(number INTEGER PRIMARY KEY,run INT,previous INT,at INT,what ANY,packed BLOB);"
     "CREATE TABLE line(number INTEGER PRIMARY KEY,run INT,previous INT,key BLOB,step ANY,verb ANY,touch INT,planned INT,state INT,"
     "attempts INT,packed BLOB,room BLOB);CREATE INDEX line_open ON line(state) WHERE state<5;"
     "CREATE TABLE task(number INTEGER PRIMARY KEY,id ANY,run INT,previous INT,name ANY,open INT,packed BLOB);"
     "CREATE UNIQUE INDEX task_id ON task(id);BEGIN");
  unsigned char b[128];fill(b,sizeof b,1);char k[64],a[64];
  sqlite3_stmt*r=prep("INSERT INTO run VALUES(?,?,1,2,?,?,?,0,?,NULL,NULL,0,1,1,?,NULL,NULL,?,zeroblob(24))"),*j=prep("INSERT INTO journal VALUES(?,?,?,?,3,?)");
  for(long i=0;i<R;i++){sprintf(k,"user%08ld",i);sprintf(a,"%s@example.test",k);
    number(r,1,i+1);number(r,2,(sqlite3_int64)(mix(i)>>16));text(r,3,k);text(r,4,a);text(r,5,k);number(r,6,1700000000000ll+(long long)(mix(i)%864000000));number(r,7,i+1);blob(r,8,b,56);done(r);
    number(j,1,i+1);number(j,2,i+1);sqlite3_bind_null(j,3);number(j,4,0);blob(j,5,b,120);done(j);}
  ex("COMMIT;PRAGMA wal_checkpoint(TRUNCATE)");sqlite3_finalize(r);sqlite3_finalize(j);sqlite3_close(db);
  if(sqlite3_open(f,&db))return 1;ex("PRAGMA synchronous=FULL;PRAGMA cache_size=-65536;PRAGMA wal_autocheckpoint=4000");
  sqlite3_stmt*bg=prep("BEGIN IMMEDIATE"),*known=prep("SELECT number,source,id,at,packed FROM incoming WHERE id=? AND source=?"),
    *of=prep("SELECT number,id,workflow,version,subject,contact,event,sequence,started,steps,last_step,last_line,last_task,packed FROM run WHERE subject=?"),
    *heard=prep("SELECT event FROM heard WHERE run=?"),*step=prep("SELECT previous,at+coalesce((SELECT run.started FROM run WHERE run.number=journal.run),0),packed FROM journal WHERE number=?"),
    *task=prep("SELECT number,id,run,previous,packed FROM task WHERE id=?"),
    *in=prep("INSERT INTO incoming VALUES(?,1,?,?,2,0,?)"),*js=prep("INSERT INTO journal VALUES(?,?,?,?,4,?)"),
    *ln=prep("INSERT INTO line VALUES(?,?,NULL,?,5,6,0,?,0,0,?,zeroblob(4))"),*tk=prep("INSERT INTO task VALUES(?,?,?,NULL,7,1,?)"),
    *up=prep("UPDATE run SET due=NULL,ended=?2,outcome=8,touches=1,sequence=2,steps=2,last_step=?3,last_line=?4,last_task=?5,packed=?6,version=2,room=NULL WHERE number=?1"),*cm=prep("COMMIT");
  double*tot=malloc(8*E);double began=now_s();
  for(long i=0;i<E;i++){
    /* Awake when the time comes: as Engine/Waiting.swift does. */
    if(rate>0){double due=began+i/rate,s=due-now_s()-0.0005;if(s>0)usleep((useconds_t)(s*1e6));while(now_s()<due);}
    sprintf(k,"user%08ld",(long)((i*7919ull+13)%R));sprintf(a,"r%ld",i);double t=now_s();sqlite3_int64 n,last,id=(sqlite3_int64)(mix(i)>>32);
    done(bg);text(known,1,a);number(known,2,1);if(found(known,0,0))return 1;
    text(of,1,k);if(sqlite3_step(of)!=SQLITE_ROW)return 1;n=sqlite3_column_int64(of,0);last=sqlite3_column_int64(of,10);sqlite3_reset(of);
    number(heard,1,n);found(heard,0,0);number(step,1,last);if(!found(step,0,0))return 1;number(task,1,id);if(found(task,0,0))return 1;
    number(in,1,i+1);text(in,2,a);number(in,3,i);blob(in,4,b,23);done(in);
    number(js,1,R+i+1);number(js,2,n);number(js,3,last);number(js,4,i);blob(js,5,b,29);done(js);
    number(ln,1,i+1);number(ln,2,n);blob(ln,3,b,16);number(ln,4,i);blob(ln,5,b,30);done(ln);
    number(tk,1,i+1);number(tk,2,id);number(tk,3,n);blob(tk,4,b,26);done(tk);
    number(up,1,n);number(up,2,i);number(up,3,R+i+1);number(up,4,i+1);number(up,5,i+1);blob(up,6,b,58);done(up);
    done(cm);tot[i]=now_s()-t;}
  qsort(tot,E,8,cmp);
  printf("{\"bench\":\"sqlite_answer\",\"runs\":%ld,\"events\":%ld,\"reply_us_p50\":%.1f,\"reply_us_p99\":%.1f}\n",R,E,tot[E/2]*1e6,tot[E*99/100]*1e6);
  sqlite3_close(db);unlink(f);return 0;}
