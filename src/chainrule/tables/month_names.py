"""Names of months and weekdays in European languages."""

# From Unicode's CLDR, by Babel 2.19, in lower case and without accents: the long and the short
# names in English, German, Austrian, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish,
# Norwegian, Finnish, Polish, Czech, Romanian and Hungarian. None means two months.
_MONTHS = (
    "ene enero gen gennaio ian ianuarie jaenner jan janeiro janner januar januari january "
    "janv janvier led leden ledna sty styczen stycznia tammi tammikuu tammikuuta",
    "feb febbraio feber febr febrero februar februari februarie february fev fevereiro fevr "
    "fevrier helmi helmikuu helmikuuta lut lutego luty uno unor unora",
    "bre brezen brezna maalis maaliskuu maaliskuuta maart maerz mar marc marca march "
    "marcius marco mars martie marts marz marzec marzo mrt mrz",
    "abr abril apr april aprile aprilie aprilis avr avril dub duben dubna huhti huhtikuu "
    "huhtikuuta kwi kwiecien kwietnia",
    "kve kveten kvetna mag maggio mai maio maj maja majus may mayo mei touko toukokuu toukokuuta",
    "cerven cervna cvn cze czerwca czerwiec giu giugno iun iunie juin jun june junho juni "
    "junio junius kesa kesakuu kesakuuta",
    "cervence cervenec cvc heina heinakuu heinakuuta iul iulie juil juillet jul julho "
    "juli julio julius july lip lipca lipiec lug luglio",
    "ago agosto aout aug august augusti augustus augusztus elo elokuu elokuuta sie "
    "sierpien sierpnia srp srpen srpna",
    "sep sept september septembre septembrie septiembre set setembro settembre syys "
    "syyskuu syyskuuta szept szeptember wrz wrzesien wrzesnia zar zari",
    "loka lokakuu lokakuuta oct october octobre octombrie octubre okt oktober ott ottobre "
    "out outubro paz pazdziernik pazdziernika rij rijen rijna",
    "lis listopad listopada listopadu marras marraskuu marraskuuta noiembrie nov november "
    "novembre novembro noviembre",
    "dec december decembre decembrie des desember dez dezember dezembro dic dicembre "
    "diciembre gru grudnia grudzien joulu joulukuu joulukuuta pro prosince prosinec",
)

WEEKDAYS = (
    "di dienstag dim dimanche dinsdag do dom domenica domingo donderdag donnerstag fr "
    "freitag fri friday gio giovedi jeu jeudi jue jueves lun lundi lunedi lunes ma "
    "maandag mar mardi martedi martes mer mercoledi mercredi mi mie miercoles mittwoch mo "
    "mon monday montag qua quarta-feira qui quinta-feira sa sab sabado sabato sam samedi "
    "samstag sat saturday seg segunda-feira sex sexta-feira so sonntag sun sunday ter "
    "terca-feira thu thursday tue tuesday ven vendredi venerdi vie viernes vr vrijdag wed "
    "wednesday wo woensdag za zaterdag zo zondag"
)

MONTH_NUMBERS = {name: i + 1 for i, names in enumerate(_MONTHS) for name in names.split()}
